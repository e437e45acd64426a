/** What the bot remembers of one visitor. */
export class Conversation {
  #words = 0;
  isOver = false;

  constructor(readonly name: string) {}

  greeting(): string {
    return `Hello, ${this.name}!`;
  }

  async answer(message: string | ArrayBuffer): Promise<string> {
    if (typeof message !== "string") {
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", message));
      return `${message.byteLength} bytes: ${digest.toHex()}`;
    }
    const text = message.trim();
    if (text === "bye") {
      this.isOver = true;
      return `Goodbye, ${this.name}. You said ${this.#words} words.`;
    }
    const words = text === "" ? 0 : text.split(/\s+/).length;
    this.#words += words;
    return `${words} words, ${this.#words} in all`;
  }
}
