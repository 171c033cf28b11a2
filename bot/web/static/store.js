// What the page knows just now. `open` is the conversation on screen, null when none is.

export const store = {
  me: "",
  people: new Map(),
  conversations: [],
  rooms: [],
  open: null,
  members: [],
  clock: { now: Date.now(), readAt: Date.now(), can_advance: false },
};

const ASSISTANT = { id: "bot", name: document.body.dataset.assistant, tint: "bot", role: "" };
const GONE = { id: "gone", name: "已离开", tint: "0", role: "" };

export const whoIs = (id) => (id === "bot" ? ASSISTANT : store.people.get(id) || GONE);
export const self = () => whoIs(store.me);
export const isRoom = (conversation) => conversation.startsWith("room:");
export const find = (conversation) => store.conversations.find((one) => one.id === conversation);
export const now = () => store.clock.now + (Date.now() - store.clock.readAt);

export const topicOf = (conversation) => conversation.topic || `${ASSISTANT.name}助手`;

export function setClock(at) {
  store.clock = { ...store.clock, now: at, readAt: Date.now() };
}

export function take(state) {
  store.me = state.me;
  store.people = new Map(state.people.map((one) => [one.id, one]));
  store.conversations = state.conversations;
  store.rooms = state.rooms;
  store.clock = { ...state.clock, readAt: Date.now() };
}
