"""What a screen reader is told, read from the browser's own accessibility tree, and what eyes are shown."""

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

# Roles that people act on: each needs a name.
NAMED = {
    "button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "dialog", "navigation", "search", "list",
    "img", "image", "log", "progressbar", "spinbutton", "region",
}  # fmt: skip
WEAKEST_TEXT = 4.5
WEAKEST_LARGE_TEXT = 3.0

# Each visible text with the colours it is drawn in; a background is the nearest that is not transparent.
_TEXTS = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const found = [];
  const top = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.data.trim();
    if (!text || !element.checkVisibility({ visibilityProperty: true }) || element.closest(".hidden, .skip")) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    found.push({ text, ink: rgba(style.color), paper: behind(element), large });
  }
  return found;
}"""


def tree(page: Page) -> list[dict[str, Any]]:
    """The nodes that assistive technology sees."""
    session = page.context.new_cdp_session(page)
    nodes: list[dict[str, Any]] = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [node for node in nodes if not node["ignored"]]


def nameless(page: Page) -> list[str]:
    """What can be acted on and has no name."""
    return [
        f"{_value(node, 'role')}: {node.get('properties')}"
        for node in tree(page)
        if _value(node, "role") in NAMED and not _value(node, "name").strip()
    ]


def headings(page: Page) -> list[int]:
    """The levels of the headings in order."""
    return [
        int(prop["value"]["value"])
        for node in tree(page)
        if _value(node, "role") == "heading"
        for prop in node["properties"]
        if prop["name"] == "level"
    ]


def roles(page: Page) -> list[str]:
    """The role of each node."""
    return [_value(node, "role") for node in tree(page)]


def faint_texts(page: Page) -> Iterator[str]:
    """Texts whose contrast is below WCAG 2.2 AA."""
    for found in page.evaluate(_TEXTS):
        ratio = _contrast(found["ink"], found["paper"])
        if ratio < (WEAKEST_LARGE_TEXT if found["large"] else WEAKEST_TEXT):
            yield f"{ratio:.2f}: {found['text']}"


def _value(node: dict[str, Any], member: str) -> str:
    return str(node.get(member, {}).get("value", ""))


def _contrast(one: list[int], other: list[int]) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(rgba: list[int]) -> float:
    """WCAG's relative luminance."""
    channels = [value / 255 for value in rgba[:3]]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
