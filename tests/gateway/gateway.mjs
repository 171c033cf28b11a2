// A wechaty gateway whose people are scripted: commands come as JSON lines on stdin, what the bot does leaves as JSON
// lines on stdout. The server is wechaty-puppet-service's own; the puppet is PuppetMock with its gaps filled in below.
//
//   node gateway.mjs PORT TOKEN [tls]
//
// in   {"do":"say","from":"张姐","room":"糖尿病新手群","text":"…","mention":true}   room left out: in private
//      {"do":"image","from":"张姐","base64":"…"}      {"do":"join","people":["王叔"],"by":"李哥","room":…}
//      {"do":"leave","people":[…],"by":…,"room":…}    {"do":"friend","from":"王叔","hello":"…"}
//      {"do":"logout"} {"do":"login","as":"王叔"}                 {"do":"stall","on":true}: a send takes for ever
//      {"do":"refuse","file":3}: files are answered with this gRPC status   {"do":"number","on":true}: sends get ids
// out  {"ready":{"people":{name:id},"rooms":{topic:id},"ca":PEM}}   {"done":command}   {"error":…}
//      {"sent":{"to":name|"room":topic,"text":…|"image":base64,"mentions":[name]}}   {"accepted":friendship id}

import readline from 'node:readline'
import { FileBox } from 'file-box'
import * as PUPPET from 'wechaty-puppet'
import { mock, PuppetMock } from 'wechaty-puppet-mock'
import { PuppetServer } from 'wechaty-puppet-service'

const [port, token, security] = process.argv.slice(2)
const BOT = '杏林'
const tell = line => process.stdout.write(JSON.stringify(line) + '\n')

/** PuppetMock drops mention ids, gives sent messages no id and has no friendship payloads: kept here, in its own methods. */
class ScriptedPuppet extends PuppetMock {
  friendships = new Map()
  stalled = false
  numbered = false
  fileStatus = 0
  sent = 0

  async messageSendText (conversationId, text, mentionIdList = []) {
    await this.maybeStall()
    await super.messageSendText(conversationId, text)
    return this.report(conversationId, { text, mentions: mentionIdList.map(nameOf) })
  }

  async messageSendFile (conversationId, file) {
    await this.maybeStall()
    if (this.fileStatus) throw Object.assign(new Error('refused'), { code: this.fileStatus, details: 'refused' })
    await super.messageSendFile(conversationId, file)
    return this.report(conversationId, { image: await file.toBase64(), mentions: [] })
  }

  report (conversationId, what) {
    tell({ sent: { ...placeOf(conversationId), ...what } })
    this.sent += 1
    return this.numbered ? `sent-${this.sent}` : undefined
  }

  async maybeStall () { if (this.stalled) await new Promise(() => {}) }
  async friendshipRawPayload (id) { return this.friendships.get(id) }
  async friendshipAccept (id) { tell({ accepted: id }) }
}

const mocker = new mock.Mocker()
const puppet = new ScriptedPuppet({ mocker })
const people = {}
const rooms = {}

function createWorld () {
  for (const [id, name] of [['zhang', '张姐'], ['li', '李哥'], ['wang', '王叔'], ['bot', BOT]]) {
    people[name] = mocker.createContact({ id, name })
  }
  const memberIdList = ['zhang', 'li', 'bot']
  rooms['糖尿病新手群'] = mocker.createRoom({ id: 'diabetes@chatroom', topic: '糖尿病新手群', memberIdList })
}

const nameOf = id => Object.keys(people).find(name => people[name].id === id) ?? id
const topicOf = id => Object.keys(rooms).find(topic => rooms[topic].id === id)
const placeOf = id => topicOf(id) ? { room: topicOf(id) } : { to: nameOf(id) }
const idsOf = group => Object.fromEntries(Object.entries(group).map(([name, { id }]) => [name, id]))

/** Started anew with every Start of the puppet, as a phone that is still logged in would be. */
function staysLoggedIn (mocker) {
  if (!puppet.isLoggedIn) mocker.login(people[BOT])
  return () => {}
}

const commands = {
  say: ({ from, room, text, mention }) =>
    people[from].say(text, mention ? [people[BOT]] : []).to(room ? rooms[room] : people[BOT]),
  image: ({ from, room, base64 }) =>
    people[from].say(FileBox.fromBase64(base64, 'photo.png')).to(room ? rooms[room] : people[BOT]),
  join: ({ people: names, by, room }) => rooms[room].add(...names.map(name => people[name])).by(people[by]),
  leave: ({ people: names, by, room }) => rooms[room].remove(...names.map(name => people[name])).by(people[by]),
  friend: ({ from, hello, confirmed }) => befriend(people[from], hello, confirmed),
  logout: () => puppet.logout(),
  login: ({ as }) => mocker.login(people[as ?? BOT]),
  stall: ({ on }) => { puppet.stalled = on },
  number: ({ on }) => { puppet.numbered = on },
  refuse: ({ file }) => { puppet.fileStatus = file },
}

/** PuppetMock cannot script this; the event is emitted by the puppet itself, as a real one would. */
function befriend (person, hello, confirmed) {
  const { Confirm, Receive } = PUPPET.types.Friendship
  const id = `friendship-${puppet.friendships.size + 1}`
  const payload = { id, contactId: person.id, hello, ticket: '', timestamp: Date.now() }
  puppet.friendships.set(id, { ...payload, type: confirmed ? Confirm : Receive })
  puppet.emit('friendship', { friendshipId: id })
}

async function obey (line) {
  try {
    const command = JSON.parse(line)
    await commands[command.do](command)
    tell({ done: command.do })
  } catch (error) {
    tell({ error: String(error) })
  }
}

async function main () {
  createWorld()
  mocker.use(staysLoggedIn)
  const tls = { disable: security !== 'tls' }
  await new PuppetServer({ endpoint: `127.0.0.1:${port}`, puppet, token, tls }).start()
  const { TLS_CA_CERT } = await import('./node_modules/wechaty-puppet-service/dist/esm/src/auth/ca.js')
  tell({ ready: { people: idsOf(people), rooms: idsOf(rooms), ca: TLS_CA_CERT } })
  readline.createInterface({ input: process.stdin }).on('line', obey).on('close', () => process.exit(0))
}

await main()
