// Speaks to the server. Every refusal becomes an Error whose message can be shown as it is.

export const UNREACHABLE = "连不上杏林，请检查网络或程序是否在运行";

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw Object.assign(new Error(UNREACHABLE), { retry: true });
  }
  const data = await answer.json().catch(() => ({}));
  if (answer.ok) return data;
  const words = data.error || "出了点问题，请再试一次";
  throw Object.assign(new Error(words), { status: answer.status, retry: answer.status >= 500 });
}

const query = (values) => new URLSearchParams(values).toString();

export const get = (path, values) => ask(`${path}?${query(values)}`);

export const post = (path, values) =>
  ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(values) });

export const upload = (path, values, file) => ask(`${path}?${query(values)}`, { method: "POST", body: file });

export const pictureOf = (message, me) => `/media/${message.id}?${query({ me })}`;

export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Keeps one socket open. After a break it waits 1, 2, 4 … at most 10 seconds and comes back.
export class Link {
  constructor(onNote, onState) {
    this.onNote = onNote;
    this.onState = onState;
    this.tries = 0;
    window.addEventListener("online", () => this.open(this.me));
  }

  open(me) {
    this.me = me;
    clearTimeout(this.timer);
    this.socket?.close();
    if (!me) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/ws?${query({ me })}`);
    this.socket = socket;
    socket.onmessage = (event) => {
      const note = JSON.parse(event.data);
      if (note.type === "hello") this.arrived();
      else this.onNote(note);
    };
    socket.onclose = () => this.socket === socket && this.broken();
  }

  arrived() {
    this.tries = 0;
    this.onState(true);
  }

  broken() {
    this.onState(false);
    const wait = Math.min(10, 2 ** this.tries++) * 1000;
    this.timer = setTimeout(() => this.open(this.me), wait);
  }
}
