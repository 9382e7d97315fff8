/** What one look came to; `fix` is the line that mends it. */
export interface Finding {
  what: string;
  fault: string | null;
  fix?: string;
}

export const fine = (what: string): Finding => ({ what, fault: null });

export const faulty = (what: string, fault: string, fix: string): Finding => ({ what, fault, fix });
