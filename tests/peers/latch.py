"""`hopfield run latch` by the PyTorch originals. Run with the peers' environment: PEERS/bin/python latch.py"""

import example_tasks

example_tasks.main(
    "latch",
    ["lstm", "average-pooling", "max-pooling", "hopfield", "pooling", "lookup", "hopfield-adapted", "pooling-adapted", "lookup-adapted",
     "hopfield-relu", "hopfield-pfu", "pooling-relu", "pooling-pfu", "lookup-relu", "lookup-pfu"],
    20,
)
