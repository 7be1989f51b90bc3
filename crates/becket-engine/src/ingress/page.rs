//! Pages that the ingress itself answers with: HTML for a browser, lines of text for everyone else.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};

use super::Body;

/// A page of the ingress's own: what is wrong, and what can be done about it.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) status: StatusCode,
    pub(super) title: String,
    pub(super) text: Vec<String>,
    /// Places to go instead, as URLs.
    pub(super) links: Vec<String>,
}

impl Page {
    pub(super) fn new(status: StatusCode, title: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into().lines().map(str::to_owned).collect();
        Self {
            status,
            title: title.into(),
            text,
            links: Vec::new(),
        }
    }

    /// The page in the form that a client with these headers reads.
    pub(super) fn answer(self, headers: &HeaderMap) -> Response<Body> {
        let accept = headers
            .get(header::ACCEPT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let (kind, content) = if accept.contains("text/html") {
            ("text/html; charset=utf-8", self.html())
        } else {
            ("text/plain; charset=utf-8", self.plain())
        };
        let body = Full::new(Bytes::from(content))
            .map_err(|never| match never {})
            .boxed_unsync();
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    fn plain(&self) -> String {
        let mut out = format!("{}: {}\n", self.status.as_u16(), self.title);
        for line in self.text.iter().chain(&self.links) {
            out.push_str(line);
            out.push('\n');
        }
        out
    }

    fn html(&self) -> String {
        let (status, title) = (self.status.as_u16(), escape(&self.title));
        let text: String = self
            .text
            .iter()
            .map(|line| ["<p>", &escape(line), "</p>\n"].concat())
            .collect();
        let links: String = self
            .links
            .iter()
            .map(|link| {
                [
                    "<li><a href=\"",
                    &escape(link),
                    "\">",
                    &escape(link),
                    "</a></li>\n",
                ]
                .concat()
            })
            .collect();
        let links = if links.is_empty() {
            links
        } else {
            format!("<ul>\n{links}</ul>\n")
        };
        format!(
            "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\"><title>{status} {title}</title>\n\
             <style>body{{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:12vh auto;padding:0 1rem;\
             color-scheme:light dark}}small{{opacity:.6}}</style>\n\
             <h1>{title}</h1>\n{text}{links}<p><small>{status}, from the ingress of Becket on this machine</small></p>\n"
        )
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_is_escaped_in_html_and_plain_elsewhere() {
        let page = Page {
            status: StatusCode::NOT_FOUND,
            title: "no host `<b>`".to_owned(),
            text: vec!["a & b".to_owned()],
            links: vec!["https://www.localhost:8443/\"".to_owned()],
        };
        let html = page.html();
        assert!(
            html.contains("<h1>no host `&lt;b&gt;`</h1>\n<p>a &amp; b</p>"),
            "{html}"
        );
        assert!(
            html.contains("href=\"https://www.localhost:8443/&quot;\""),
            "{html}"
        );
        assert_eq!(
            page.plain(),
            "404: no host `<b>`\na & b\nhttps://www.localhost:8443/\"\n"
        );
    }
}
