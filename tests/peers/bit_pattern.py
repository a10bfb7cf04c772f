"""`hopfield run bit-pattern` by the PyTorch originals. Run with the peers' environment: PEERS/bin/python bit_pattern.py"""

import example_tasks

example_tasks.main(
    "bit-pattern",
    ["average-pooling", "max-pooling", "hopfield", "pooling", "lookup", "hopfield-adapted", "pooling-adapted", "lookup-adapted",
     "hopfield-relu", "hopfield-pfu", "pooling-relu", "pooling-pfu", "lookup-relu", "lookup-pfu"],
    250,
)
