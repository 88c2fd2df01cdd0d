/** Bytes of all headers of a request together. */
export const MAX_HEADER_BYTES = 16_384;
