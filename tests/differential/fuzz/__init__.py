"""A run that looks for differences between two servers by itself.

`grammar` makes sequences of steps from the contract document, `play` sends each step to both servers, with the values
that each has made filled in, and compares the answers, `search` spends a budget and shrinks what differs, `report`
prints that.
"""
