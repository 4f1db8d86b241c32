"""Secrets stay out of logs: what tests send is overheard, and looked for in all that the servers have written."""
