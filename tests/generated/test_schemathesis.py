"""Whatever Schemathesis makes up from the contract document, the answers are what the document promises."""

import json
from collections.abc import Callable
from pathlib import Path

from shared.docs import OPENAPI_FILE
from tests.conftest import SCHEMATHESIS
from tests.generated.conftest import Target
from tests.generated.outcome import PHASES, Outcome, differences
from tests.generated.run import Run

CHECKS = {
    "allow_header_conformance",
    "content_type_conformance",
    "ensure_resource_availability",
    "ignored_auth",
    "max_response_time",
    "missing_required_header",
    "negative_data_rejection",
    "not_a_server_error",
    "object_level_authorization",
    "positive_data_acceptance",
    "response_headers_conformance",
    "response_schema_conformance",
    "status_code_conformance",
    "unsupported_method",
    "use_after_free",
}
# So many requests find a way into every operation; with a few, some that need what others have made may lack it.
MANY = 100
SOME = 4


def test_every_answer_is_what_the_document_promises(
    *,
    setting: str,
    targets: list[Target],
    run: Run,
    tmp_path: Path,
    record_property: Callable[[str, str], None],
) -> None:
    outcomes = []
    for target in targets:
        with target.served as url:
            result = run.against(url, target.users, tmp_path / target.name)
        rounds = " and ".join(run.rounds)
        words = f"{target.name}, {rounds}: --seed {run.seed} --examples {run.examples}, {result.taken_s:.0f} s"
        record_property(SCHEMATHESIS, f"{words}\n{result.outcome.summary()}")
        assert not any(result.exit_codes), result.report
        assert_thorough(result.outcome, run)
        outcomes.append(result.outcome)
    if setting != "given":
        # The same seed on empty databases: the twins were sent the same requests, so far as they gave the same answers.
        assert not [*differences(*outcomes)]


def assert_thorough(outcome: Outcome, run: Run) -> None:
    """A run without a failure proves little if it left out phases, checks, credentials, or what operations are for."""
    assert set(outcome.phases) == set(PHASES)
    assert set(outcome.checks) == CHECKS
    assert {"nobody", *run.rounds} <= set(outcome.identities)
    document = json.loads(OPENAPI_FILE.read_text())
    documented = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}
    in_vain = sorted(documented - outcome.succeeded)
    assert len(in_vain) <= (0 if run.examples >= MANY else SOME), in_vain
