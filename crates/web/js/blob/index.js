// Blob, File and FormData. This file only lists: what script sees, then what the rest of the platform uses.

export { Blob } from "./blob.js";
export { File } from "./file.js";
export { FormData } from "./form-data.js";

export { blobBytes, blobType, createBlob, isBlob } from "./blob.js";
export { createFile, fileLastModified, fileName, isFile } from "./file.js";
export { formDataEntries, isFormData } from "./form-data.js";
export { parseFormData, serializeFormData } from "./multipart.js";
export { parseMimeType } from "./mime-type.js";
