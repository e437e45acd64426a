const COOKIE = "ab-group";
const GROUPS = ["control", "variant"] as const;
const ONE_MONTH = 30 * 24 * 60 * 60;

type Group = (typeof GROUPS)[number];

const PAGES: Record<Group, string> = {
  control: "<h1>Welcome</h1><button>Buy</button>",
  variant: "<h1>Welcome!</h1><button>Buy it now</button>",
};

export default {
  async fetch(request) {
    const known = groupOf(request);
    const group = known ?? draw();
    const response = new Response(PAGES[group], {
      headers: { "Content-Type": "text/html;charset=utf-8", "Cache-Control": "private", "X-Group": group },
    });
    if (known === undefined) {
      response.headers.append("Set-Cookie", `${COOKIE}=${group}; Path=/; Max-Age=${ONE_MONTH}; SameSite=Lax; HttpOnly`);
    }
    return response;
  },
} satisfies ExportedHandler;

/** The group that an earlier answer put this visitor into. */
function groupOf(request: Request): Group | undefined {
  const cookies = request.headers.get("Cookie")?.split(/; */) ?? [];
  return GROUPS.find((group) => cookies.includes(`${COOKIE}=${group}`));
}

function draw(): Group {
  const [random] = crypto.getRandomValues(new Uint8Array(1));
  return GROUPS[random % GROUPS.length];
}
