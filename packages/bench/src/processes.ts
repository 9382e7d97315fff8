import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTENING = '0A';

/** The process of this machine that listens on the port; null when there is none, or none that we may look at. */
export function pidListening(port: number): number | null {
  const inode = ['/proc/net/tcp', '/proc/net/tcp6']
    .map((table) => listenerIn(table, port))
    .find((each) => each !== null);
  if (inode === undefined) return null;
  const pid = processIds().find((id) => openFiles(id).includes(`socket:[${inode}]`));
  return pid ?? null;
}

function listenerIn(table: string, port: number): string | null {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const rows = (textOf(table) ?? '').split('\n').map((line) => line.trim().split(/\s+/));
  return rows.find((row) => row[3] === LISTENING && row[1]?.endsWith(`:${hex}`))?.[9] ?? null;
}

function processIds(): number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
}

/** The most memory the process ever held, in MiB. */
export function peakMemory(pid: number): number | null {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`) ?? '')?.[1];
  return kib === undefined ? null : Number(kib) / 1024;
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
