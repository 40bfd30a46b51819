#+ summary: An update that fails at its second step; of a store that undoes the first, it leaves nothing.

INSERT DATA { GRAPH ?graph { ?graph ?graph ?graph } } ;
CREATE GRAPH ?graph ;
COPY GRAPH ?nowhere TO GRAPH ?graph
