// Stands in for what the engine has and an older Node lacks. Import it before anything under js/.

if (!("transfer" in ArrayBuffer.prototype)) {
  Object.defineProperty(ArrayBuffer.prototype, "transfer", {
    configurable: true,
    writable: true,
    value() {
      return structuredClone(this, { transfer: [this] });
    },
  });
  Object.defineProperty(ArrayBuffer.prototype, "detached", {
    configurable: true,
    get() {
      if (this.byteLength !== 0) return false;
      try {
        new Uint8Array(this);
        return false;
      } catch {
        return true;
      }
    },
  });
}
