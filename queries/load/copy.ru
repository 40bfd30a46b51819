#+ summary: Put what was loaded aside in the place of what stood there.
#+ description: Not MOVE: Jena 5.6.0 loses triples when it moves a graph onto one that holds the same.

COPY GRAPH ?from TO GRAPH ?to
