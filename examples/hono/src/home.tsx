export function Home({ title, link }: { title: string; link: string }) {
  return (
    <html lang="en">
      <head>
        <title>{title}</title>
      </head>
      <body>
        <h1>{title}</h1>
        <p>
          All of them are at <a href={link}>{link}</a>.
        </p>
      </body>
    </html>
  );
}
