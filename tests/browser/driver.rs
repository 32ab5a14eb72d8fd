//! One headless Chromium per test, through ChromeDriver.

use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

use serde_json::Value;
use serde_json::json;
use thirtyfour::ChromiumLikeCapabilities;
use thirtyfour::DesiredCapabilities;
use thirtyfour::WebDriver;

/// A browser window.
pub(crate) struct Browser {
    pub(crate) driver: WebDriver,
}

/// ChromeDriver, ended when dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Browser {
    /// Runs a test in a fresh browser with an empty profile.
    pub(crate) fn run(test: impl AsyncFnOnce(&Self)) {
        let (_server, port) = serve();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let browser = Self { driver: connect(port).await };
            // A failed assertion unwinds through here; the server's end takes the browser along.
            test(&browser).await;
            browser.driver.clone().quit().await.unwrap();
        });
    }

    /// Opens a page from disk.
    pub(crate) async fn open(&self, page: &Path) {
        self.driver.goto(format!("file://{}", page.display())).await.unwrap();
    }

    /// Opens a page whose scripts do not run.
    pub(crate) async fn without_script(&self, page: &Path) {
        self.send("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
        self.open(page).await;
    }

    /// Sets the width of the window, as a phone or a desk has it.
    pub(crate) async fn width(&self, width: u32) {
        let metrics =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.send("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Shows pages as they print.
    pub(crate) async fn print_media(&self) {
        self.send("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
    }

    /// The size of the page as a PDF.
    pub(crate) async fn pdf_bytes(&self) -> usize {
        let printed = self.send("Page.printToPDF", json!({})).await;
        printed["data"].as_str().map_or(0, |base64| base64.len() / 4 * 3)
    }

    /// Focuses an element and presses a key.
    pub(crate) async fn key(&self, selector: &str, key: &str) {
        self.script(&format!("document.querySelector('{selector}').focus(); return 1")).await;
        self.press(key).await;
    }

    /// Presses a key where the focus is.
    pub(crate) async fn press(&self, key: &str) {
        // What a control of the browser itself looks at.
        let code = match key {
            "PageUp" => 33,
            "PageDown" => 34,
            "End" => 35,
            "Home" => 36,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            _ => 0,
        };
        for kind in ["keyDown", "keyUp"] {
            let event =
                json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code });
            self.send("Input.dispatchKeyEvent", event).await;
        }
    }

    /// Presses the mouse at the first point, moves it through the others, and lets go.
    pub(crate) async fn drag(&self, points: &[(f64, f64)]) {
        let steps = points.iter().enumerate().map(|(i, at)| (i.min(1), at));
        let last = points.last().map(|at| (2, at));
        for (kind, (x, y)) in steps.chain(last) {
            let kind = ["mousePressed", "mouseMoved", "mouseReleased"][kind];
            let event = json!({
                "type": kind,
                "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1,
            });
            self.send("Input.dispatchMouseEvent", event).await;
        }
    }

    /// Puts a finger on the first point, moves it through the others, and lifts it.
    pub(crate) async fn swipe(&self, points: &[(f64, f64)]) {
        self.send("Emulation.setTouchEmulationEnabled", json!({ "enabled": true })).await;
        for (i, (x, y)) in points.iter().enumerate() {
            let kind = if i == 0 { "touchStart" } else { "touchMove" };
            let event = json!({ "type": kind, "touchPoints": [{ "x": x, "y": y }] });
            self.send("Input.dispatchTouchEvent", event).await;
        }
        let lifted = json!({ "type": "touchEnd", "touchPoints": [] });
        self.send("Input.dispatchTouchEvent", lifted).await;
    }

    /// Runs the body of an async function in the page (by the debugger, so also where the page's
    /// own scripts are off) and gives what it returns.
    pub(crate) async fn script(&self, body: &str) -> Value {
        let expression = format!("(async () => {{ {body} }})()");
        let result = self
            .send(
                "Runtime.evaluate",
                json!({ "expression": expression, "awaitPromise": true, "returnByValue": true }),
            )
            .await;
        assert!(result.get("exceptionDetails").is_none(), "{result}");
        result["result"]["value"].clone()
    }

    /// Runs a script in the page as if it were one of its own.
    pub(crate) async fn evaluate(&self, script: &str) {
        let result = self.send("Runtime.evaluate", json!({ "expression": script })).await;
        assert!(result.get("exceptionDetails").is_none(), "{result}");
    }

    async fn send(&self, method: &str, parameters: Value) -> Value {
        self.driver.cdp().send_raw(method, parameters).await.unwrap()
    }
}

/// Starts ChromeDriver on a port of its choice.
fn serve() -> (Server, u16) {
    let mut child = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .spawn()
        .expect("chromedriver, which tests/run installs");
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let port = lines
        .by_ref()
        .map_while(Result::ok)
        // Before it has a port it says "on port 0".
        .filter_map(|line| line.split("on port ").nth(1)?.trim_end_matches('.').parse().ok())
        .find(|port| *port != 0)
        .expect("ChromeDriver says its port");
    // Keep reading, so that it never blocks on a full pipe.
    std::thread::spawn(move || lines.for_each(drop));
    (Server(child), port)
}

async fn connect(port: u16) -> WebDriver {
    let mut capabilities = DesiredCapabilities::chrome();
    for argument in [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
    ] {
        capabilities.add_arg(argument).unwrap();
    }
    WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await.unwrap()
}
