interface Env {
  ORIGIN: string;
}

/** Points links to the origin at the host that the visitor sees. */
class Links {
  constructor(
    private origin: string,
    private host: string,
  ) {}

  element(element: Element) {
    for (const name of ["href", "src", "action"]) {
      const link = element.getAttribute(name);
      if (link?.startsWith(this.origin)) element.setAttribute(name, this.host + link.slice(this.origin.length));
    }
  }
}

/** Whoever it is: in earnest this would ask a database. */
async function userName(request: Request): Promise<string> {
  await scheduler.wait(1);
  return new URL(request.url).searchParams.get("user") ?? "stranger";
}

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const response = await fetch(new URL(url.pathname + url.search, env.ORIGIN), request);
    if (!response.headers.get("Content-Type")?.startsWith("text/html")) return response;

    const nonce = crypto.randomUUID();
    const page = new HTMLRewriter()
      .on("a, link, script, img, form", new Links(env.ORIGIN, url.origin))
      .on("img:not([loading])", {
        element(element) {
          element.setAttribute("loading", "lazy");
        },
      })
      .on("script", {
        element(element) {
          element.setAttribute("nonce", nonce);
        },
      })
      .on("user-name", {
        async element(element) {
          element.setInnerContent(await userName(request));
          element.removeAndKeepContent();
        },
      })
      .on("body", {
        element(element) {
          element.onEndTag(async (end) => {
            const footer = await fetch(new URL("/footer.html", env.ORIGIN));
            if (footer.ok) end.before(await footer.text(), { html: true });
          });
        },
      })
      .onDocument({
        comments(comment) {
          comment.remove();
        },
      })
      .transform(response);
    page.headers.set("Content-Security-Policy", `script-src 'nonce-${nonce}'`);
    return page;
  },
} satisfies ExportedHandler<Env>;
