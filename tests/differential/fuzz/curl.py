"""Steps as commands for a shell: what a person pastes to see a difference with curl alone."""

import re
import shlex
from collections.abc import Sequence

from tests.differential.fuzz.steps import PLACEHOLDER, Keep, Step

# Characters that curl would change or refuse in the path of a URL.
_PLAIN_TARGET = re.compile(r"/(?!/)(?:[\w\-.~!$&'()*+,;=:@/?%]|@\{\w+\})*", re.ASCII)


def command(step: Step, base: str) -> str:
    """One curl command that sends a step to the server at `base` and prints the whole answer."""
    return " \\\n    ".join([r"curl -sS -i -w '\n'", *_arguments(step, base)])


def before(steps: Sequence[Step], last: Step) -> str:
    """A shell function that does at a server what comes before the last step, and keeps what is needed of it."""
    needed = _needed([*steps, last])
    lines = ["tag=7$(date +%s%N | cut -c4-19)"] if "tag" in needed else []
    lines += ["host=${1#*//}"] if "host" in needed else []
    for position, step in enumerate(steps):
        later = _needed([*steps[position + 1 :], last])
        lines += _keeping(step, [keep for keep in step.keeps if keep.name in later])
    return "\n".join(["before() {", "  server=$1", *(f"  {line}" for line in lines), "}"])


def needs_preparation(steps: Sequence[Step], last: Step) -> bool:
    """Whether anything has to be done, or named, before the last step."""
    return bool(steps) or bool(last.needs())


def _needed(steps: Sequence[Step]) -> set[str]:
    names = {name for step in steps for name in step.needs()}
    return names | {keep.of for step in steps for keep in step.keeps if keep.source == "value" and keep.name in names}


def _keeping(step: Step, keeps: list[Keep]) -> list[str]:
    call = " \\\n      ".join(["curl -sS -i", *_arguments(step, "@{server}")])
    old = [f"{keep.name}=${keep.of}" for keep in keeps if keep.source == "value"]
    new = [f"{keep.name}=$({_reading(keep)})" for keep in keeps if keep.source != "value"]
    return [*old, f"answer=$({call})", *new] if new else [*old, f"{call} > /dev/null"]


def _reading(keep: Keep) -> str:
    by_source = {
        "json": f"""sed -n 's/.*"{keep.of}":"\\{{0,1\\}}\\([^",}}]*\\).*/\\1/p'""",
        "header": f"tr -d '\\r' | sed -n 's/^{keep.of}: *//Ip'",
        "cookie": f"sed -n 's/^set-cookie: *{keep.of}=\\([^;]*\\).*/\\1/Ip'",
    }
    return f'echo "$answer" | {by_source[keep.source]} | head -1'


def _arguments(step: Step, base: str) -> list[str]:
    body = step.body
    sent = [*_method(step), *(_header(name, value) for name, value in step.headers)]
    if body is not None and not step.declares("content-type"):
        sent.append("-H Content-Type:")
    if step.chunked:
        sent.append("-H 'Transfer-Encoding: chunked'")
    if body is not None:
        sent.append(_data(body))
    return [*sent, _address(step.target, base)]


def _method(step: Step) -> list[str]:
    if step.method == "HEAD":
        # With a body, curl does not know that none will come back.
        return ["--head"] if step.body is None else ["-X HEAD --max-time 5"]
    return [] if step.method == ("GET" if step.body is None else "POST") else [f"-X {step.method}"]


def _header(name: str, value: str) -> str:
    return f"-H {quoted(f'{name}: {value}'.encode('latin-1') if value else f'{name};'.encode())}"


def _data(body: bytes) -> str:
    # No argument can hold a NUL, nor as much as a megabyte.
    if b"\x00" in body or len(body) > 50_000:
        return f"--data-binary @<(printf {quoted(_printf(body))})"
    return f"--data-binary {quoted(body)}"


def _address(target: str, base: str) -> str:
    if not _PLAIN_TARGET.fullmatch(target):
        return f"--request-target {quoted(target.encode('latin-1'))} {quoted(base.encode())}"
    as_is = "--path-as-is " if "/." in target else ""
    return as_is + quoted(f"{base}{target}".encode())


def _printf(body: bytes) -> bytes:
    return b"".join(b"\\%03o" % byte if byte < 32 or byte > 126 or byte in b"\\%" else bytes([byte]) for byte in body)


def quoted(text: bytes) -> str:
    """A word of bash: placeholders are variables, and every byte arrives as it is."""
    parts = PLACEHOLDER.split(text)
    if len(parts) > 1 and re.fullmatch(rb"[\x20-\x7e]*", text) and not re.search(rb"[\"\\`!]|\$", text):
        return '"' + PLACEHOLDER.sub(rb"${\1}", text).decode() + '"'
    words = [f'"${{{part.decode()}}}"' if index % 2 else _literal(part) for index, part in enumerate(parts)]
    return "".join(words) or "''"


def _literal(text: bytes) -> str:
    if not text:
        return ""
    if re.fullmatch(rb"[\x20-\x7e]+", text):
        return shlex.quote(text.decode())
    return "$'" + "".join(_escaped(byte) for byte in text) + "'"


def _escaped(byte: int) -> str:
    if byte in b"'\\":
        return "\\" + chr(byte)
    return chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}"
