"""Two runs held against each other: what became faster or slower from one to the other."""
