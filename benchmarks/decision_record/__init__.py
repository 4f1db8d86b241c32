"""A decision record, filled in from a run: one page of what was measured, what follows, and what was not measured."""

from benchmarks.decision_record.drawn import decision_record_html, decision_record_md
from benchmarks.decision_record.price import DEFAULT_PRICE, Price

__all__ = ["DEFAULT_PRICE", "Price", "decision_record_html", "decision_record_md"]
