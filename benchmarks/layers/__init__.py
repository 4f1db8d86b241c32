"""What a request costs by layer: bare applications to put beside the twins, and the sum of it."""
