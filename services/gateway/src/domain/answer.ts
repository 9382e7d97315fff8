/** What a client was told, as far as a repeat of its request must be told the same. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}
