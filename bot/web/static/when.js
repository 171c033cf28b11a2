// Times as people in China say them. All times of the page are Asia/Shanghai, whatever the computer thinks.

const ZONE = "Asia/Shanghai";
const DAYS = "日一二三四五六";
const parts = new Intl.DateTimeFormat("en-CA", {
  timeZone: ZONE, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit",
});

function read(at) {
  const found = Object.fromEntries(parts.formatToParts(at).map(({ type, value }) => [type, value]));
  const [year, month, day] = [found.year, found.month, found.day].map(Number);
  return { year, month, day, date: Date.UTC(year, month - 1, day) / 86400000, hour: `${found.hour}:${found.minute}` };
}

const monthDay = (then, now) => `${then.year === now.year ? "" : `${then.year}年`}${then.month}月${then.day}日`;

// The clock strip: 3月2日 周一 08:00
export function full(at) {
  const then = read(at);
  return `${then.month}月${then.day}日 周${DAYS[(then.date + 4) % 7]} ${then.hour}`;
}

// The list: 08:00, 昨天, 3月2日
export function short(at, nowAt) {
  const [then, now] = [read(at), read(nowAt)];
  if (then.date === now.date) return then.hour;
  return then.date === now.date - 1 ? "昨天" : monthDay(then, now);
}

// Between bubbles: 08:00, 昨天 08:00, 3月2日 08:00
export function line(at, nowAt) {
  const text = short(at, nowAt);
  return text.includes(":") ? text : `${text} ${read(at).hour}`;
}
