#!/usr/bin/env python3
"""Opens a report in headless Chromium and looks at it as a reader would.

    scripts/check_page.py PAGE [--sections ID,ID] [--screenshot FILE.png]

In a wide and in a narrow window, light and dark: nothing is asked of any network, the console stays
silent, every section is there and has a size, nothing is wider than the window, and all text has a contrast
of at least 4.5 to what is behind it. Needs nothing but Chromium and Python's standard library.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SECTIONS = "revenue,figures,cohorts,rfm,value,drifting,second-order,holdout,scheme,data"
WINDOWS = {"wide": (1280, 900), "narrow": (390, 844)}

# What the page says about itself: sections without a size, elements that stick out, text that is hard to read.
LOOK = """(() => {
  const channels = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const part = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const found = channels(getComputedStyle(node).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    const drawn = ["title", "desc"].includes(node.localName) ? false : node.getClientRects().length > 0;
    if (!own || !drawn) continue;
    const style = getComputedStyle(node);
    const ink = channels(node.localName === "text" ? style.fill : style.color);
    const [high, low] = [light(ink), light(behind(node))].sort((a, b) => b - a);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < 4.5) faint.push(`${node.localName} ${node.textContent.trim().slice(0, 30)}: ${contrast.toFixed(2)}`);
  }
  const sections = [...document.querySelectorAll("section")];
  return {
    sections: sections.map((section) => section.id),
    flat: sections.filter((section) => section.getBoundingClientRect().height < 60).map((section) => section.id),
    charts: [...document.querySelectorAll("svg[role=img]")].filter((svg) => svg.getBoundingClientRect().height < 100)
      .map((svg) => svg.getAttribute("aria-labelledby")),
    sticks_out: document.documentElement.scrollWidth > innerWidth,
    tables: [...document.querySelectorAll("table")].filter((table) => !table.caption).length,
    faint: [...new Set(faint)],
    title: document.title,
  };
})()"""


class Chromium:
    """A browser behind a pair of pipes; messages end with a zero byte."""

    def __init__(self, profile: str) -> None:
        found = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]
        program = next(filter(None, found), None)
        if program is None:
            sys.exit("check_page: Chromium is not installed; scripts/setup.sh chromium installs it")
        hears, self._to = os.pipe()
        self._from, says = os.pipe()
        flags = [
            "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank",
        ]  # fmt: skip
        self._process = subprocess.Popen(
            ["sh", "-c", f'exec "$0" "$@" 3<&{hears} 4>&{says}', program, *flags],
            pass_fds=(hears, says), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(hears)
        os.close(says)
        self._rest = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []
        self.session: str | None = None

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Sends a command and waits for its answer; keeps the events in between."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") != self._number:
                self.events.append(answer)
            elif "error" in answer:
                sys.exit(f"check_page: {method}: {answer['error']}")
            else:
                return answer["result"]

    def wait(self, event: str) -> None:
        """Waits until an event has been heard."""
        while all(known.get("method") != event for known in self.events):
            self.events.append(self._next())

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._from, 1 << 20)
            if not part:
                sys.exit("check_page: Chromium has gone away")
            self._rest += part
        text, _, self._rest = self._rest.partition(b"\0")
        return json.loads(text)

    def close(self) -> None:
        """Ends the browser."""
        self._process.terminate()
        self._process.wait(timeout=10)


def look(browser: Chromium, url: str, size: tuple[int, int], scheme: str) -> tuple[dict[str, Any], list[str]]:
    """Opens the page in a window, and gives what it says and what was wrong on the way."""
    browser.events.clear()
    browser.ask(
        "Emulation.setDeviceMetricsOverride",
        width=size[0], height=size[1], deviceScaleFactor=1, mobile=size[0] < 600,
    )  # fmt: skip
    browser.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.ask("Page.navigate", url=url)
    browser.wait("Page.loadEventFired")
    seen = browser.ask("Runtime.evaluate", expression=LOOK, returnByValue=True)["result"]
    faults = []
    for event in browser.events:
        method, given = event.get("method"), event.get("params", {})
        if method == "Network.requestWillBeSent" and given["request"]["url"] != url:
            faults.append(f"asks for {given['request']['url']}")
        elif method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
            faults.append(f"{method}: {json.dumps(given)[:300]}")
    if "value" not in seen:
        return {}, [*faults, f"cannot be looked at: {seen}"]
    return seen["value"], faults


def main() -> int:
    """Says what is wrong, one line each; 0 when nothing is."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("--sections", default=SECTIONS, help=f"the ids in order; default: {SECTIONS}")
    parser.add_argument("--screenshot", type=Path, help="where the top of the page in a wide window goes")
    arguments = parser.parse_args()
    url = arguments.page.resolve(strict=True).as_uri()
    wanted = [name for name in arguments.sections.split(",") if name]
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="loyalty-core-page-", ignore_cleanup_errors=True) as profile:
        browser = Chromium(profile)
        try:
            target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
            attached = browser.ask("Target.attachToTarget", targetId=target, flatten=True)
            browser.session = attached["sessionId"]
            for domain in ("Page", "Network", "Runtime", "Log"):
                browser.ask(f"{domain}.enable")
            for name, size in WINDOWS.items():
                for scheme in ("light", "dark"):
                    seen, wrong = look(browser, url, size, scheme)
                    if seen.get("sections") != wanted:
                        wrong.append(f"has the sections {seen.get('sections')}, wanted {wanted}")
                    for what in ("flat", "charts", "sticks_out", "tables", "faint"):
                        if seen.get(what):
                            wrong.append(f"{what}: {seen[what]}")
                    faults += [f"{name}, {scheme}: {one}" for one in wrong]
            if arguments.screenshot:
                look(browser, url, (1200, 1000), "light")
                shot = browser.ask("Page.captureScreenshot", format="png")["data"]
                arguments.screenshot.write_bytes(base64.b64decode(shot))
        finally:
            browser.close()
    for fault in faults:
        print(f"{arguments.page}: {fault}")
    if not faults:
        print(f"{arguments.page}: {len(wanted)} sections, wide and narrow, light and dark: nothing is wrong")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
