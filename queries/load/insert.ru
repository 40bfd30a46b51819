#+ summary: Add triples to a graph.
#+ description: Not INSERT DATA: Virtuoso takes no blank node there.

INSERT {
  GRAPH ?graph {
?triples
  }
}
WHERE {}
