#+ summary: Put what was loaded in the place of what stood there.

MOVE GRAPH ?from TO GRAPH ?to
