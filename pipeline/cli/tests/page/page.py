"""Looks at the page of runs in headless Chromium: CHROMIUM ADDRESS FOLDER_FOR_PICTURES.

A run `slow` is in progress, whose nodes `long` go on until it is stopped. Ends with 77 if there is no
browser.
"""

import http.server
import re
import sys
import threading

from playwright.sync_api import Error, expect, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # A name that somebody else made point to this machine.
    "--host-resolver-rules=MAP evil.example 127.0.0.1",
]
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}


def main(chromium, address, pictures):
    with sync_playwright() as playwright:
        try:
            options = {"executable_path": chromium} if chromium else {}
            browser = playwright.chromium.launch(args=ARGUMENTS, **options)
        except Error as error:
            print(f"no browser starts: {error}".splitlines()[0], file=sys.stderr)
            sys.exit(77)
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        said = []
        page.on("console", lambda message: said.append(f"{message.text} ({message.location})"))
        page.on("pageerror", lambda error: said.append(str(error)))
        run_address = look(page, address)
        foreign_pages(context, address)
        # A browser complains on the console about what the other page tried; this page's own is here.
        assert said == [], said
        look_everywhere(browser, address, run_address, pictures)
        stop_and_report(context, page)
        assert said == [], said
        browser.close()
    print("all seen")


def look(page, address):
    """The page of the run, which changes by itself."""
    page.goto(address)
    page.wait_for_url(re.compile(r"^http://127\.0\.0\.1:\d+/(#/)?$"))
    expect(page.locator("#link")).to_have_text("live")
    expect(page.locator(".run-card")).to_contain_text("slow")
    page.evaluate("globalThis.loadedOnce = true")
    page.get_by_role("link", name="slow").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("running")
    # States in the picture, progress, and points of curves, without loading anything again.
    box = page.locator(".dag-wide [data-node='long[seed=1]']")
    expect(box).to_have_attribute("data-state", "running")
    expect(page.locator(".dag-wide [data-node='say[seed=1]']")).to_have_attribute("data-state", "ran")
    expect(page.locator(".dag-wide [data-node=collect]")).to_have_attribute("data-state", "waiting")
    bar = page.locator(".running-nodes progress").first
    before = float(bar.get_attribute("value"))
    page.wait_for_function("before => document.querySelector('.running-nodes progress').value > before + 3", arg=before)
    path = page.locator(".chart-lines path").first
    points = len(path.get_attribute("d").split("L"))
    page.wait_for_function("n => document.querySelector('.chart-lines path').getAttribute('d').split('L').length > n + 3", arg=points)
    assert page.evaluate("globalThis.loadedOnce"), "the page was loaded again"
    # The keyboard reaches a node in the picture; its log follows, with markup as text.
    box.locator("a").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".node-panel h2")).to_have_text("long[seed=1]")
    expect(page.locator(".node-panel h2")).to_be_focused()
    lines = page.locator(".log-lines li")
    expect(lines.first).to_have_text(re.compile(r"^step \d+ <b>of seed 1</b>$"))
    told = lines.count()
    page.wait_for_function("n => document.querySelectorAll('.log-lines li').length > n + 3", arg=told)
    run_address = page.url
    page.get_by_role("link", name="Close").click()
    expect(page.locator(".node-panel")).to_be_hidden()
    return run_address


def foreign_pages(context, address):
    """A page of another port, and a name that points here, get nothing."""
    base = address.split("/?")[0]

    class Foreign(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><p>elsewhere</p>")

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Foreign)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        read = "address => fetch(address, {credentials: 'include'}).then(a => a.status, () => 'refused')"
        assert page.evaluate(read, f"{base}/") == "refused"
        assert page.evaluate(read, f"{base}/events") == "refused"
        blind = """address => fetch(address, {method: 'POST', mode: 'no-cors', credentials: 'include'})
            .then(a => a.type, () => 'refused')"""
        # It cannot be read; that it was not done, the run's going on shows.
        assert page.evaluate(blind, f"{base}/stop/slow/x") in ("opaque", "refused")
        framed = """address => new Promise(done => {
            const frame = document.createElement('iframe');
            frame.onload = () => { try { done(frame.contentDocument?.title ?? 'kept out'); } catch { done('kept out'); } };
            frame.src = address; document.body.append(frame); })"""
        assert page.evaluate(framed, f"{base}/") == "kept out"
        port = base.rsplit(":", 1)[1]
        answer = page.goto(f"http://evil.example:{port}/")
        assert answer.status == 421, answer.status
        # A link on another site does not lead in.
        page.goto(f"http://evil.example:{server.server_port}/")
        page.evaluate("address => { location.href = address; }", f"{base}/")
        page.wait_for_url(f"{base}/")
        assert "another site's page asked" in page.content()
        page.close()
    finally:
        server.shutdown()


def look_everywhere(browser, address, run_address, pictures):
    """Both themes and widths: nothing sticks out, and pictures for people."""
    for size, (width, height) in SIZES.items():
        for theme in ("light", "dark"):
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
            page = context.new_page()
            page.goto(address)
            expect(page.locator(".run-card")).to_be_visible()
            for name, place in (("runs", None), ("node", run_address)):
                if place:
                    page.goto(place)
                    expect(page.locator(".log-lines li").first).to_be_visible()
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, f"{name} is {wide} px wide on a {size}"
                page.screenshot(path=f"{pictures}/{name}-{size}-{theme}.png", full_page=True)
            context.close()


def stop_and_report(context, page):
    """The button, which asks first, and the report, which is kept apart."""
    page.get_by_role("button", name="Stop run").click()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Stop run")).to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_contain_text("running")
    page.get_by_role("button", name="Stop run").click()
    page.get_by_role("button", name="Stop it").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("stopped", timeout=20_000)
    expect(page.get_by_role("button", name="Stop run")).to_be_hidden()
    expect(page.locator(".dag-wide [data-node=collect]")).to_have_attribute("data-state", "skipped")
    with context.expect_page() as opened:
        page.get_by_role("link", name="Open report").click()
    report = opened.value
    expect(report.locator("#told")).to_have_text("the report ran")
    # Its scripts are nobody here: no cookie, no way to ask this server for anything.
    assert report.evaluate("self.origin") == "null"
    assert report.evaluate("fetch('/events').then(() => 'read', () => 'refused')") == "refused"
    page.get_by_role("link", name="← All runs").click()
    expect(page.locator(".past-runs tbody tr")).to_contain_text(["stopped"])


if __name__ == "__main__":
    main(*sys.argv[1:])
