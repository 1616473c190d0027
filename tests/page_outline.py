"""The structure of a page that was drawn, for tests."""

import re
from collections import Counter
from html.parser import HTMLParser

VOID = {"meta", "link"}


class Outline(HTMLParser):
    """A page's structure; fails where elements are not closed in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs)
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert "svg" in self._open  # HTML's own elements do not close themselves
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self._open):
            self.texts[tag][-1] += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def assert_stands_alone(source: str, *, most_bytes: int) -> None:
    """Small, without code, pictures or anything from elsewhere; and every way inside leads somewhere."""
    page = Outline(source)
    assert len(source.encode("utf-8")) < most_bytes
    assert {"script", "img", "iframe", "object"}.isdisjoint(tag for tag, _ in page.tags)
    assert "http:" not in source and "https:" not in source and "@import" not in source
    ids = Counter(attributes["id"] for _, attributes in page.tags if "id" in attributes)
    assert max(ids.values()) == 1
    assert set(re.findall(r'(?:href="|url\()#([^")]+)', source)) <= set(ids)
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
