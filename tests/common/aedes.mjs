// aedes on a loopback port, for the interoperability tests: node aedes.mjs FOLDER-OF-THE-PACKAGE PORT WEBSOCKET-PORT
import { createServer } from 'node:net'
import { createServer as createHttpServer } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [folder, port, websocketPort] = process.argv.slice(2)
const load = (file) => import(pathToFileURL(join(folder, file)).href)
const { Aedes } = await load('aedes/aedes.js')
const { WebSocketServer, createWebSocketStream } = await load('ws/wrapper.mjs')

const aedes = await Aedes.createBroker()
const http = createHttpServer()
new WebSocketServer({ server: http, path: '/mqtt', handleProtocols: () => 'mqtt' })
  .on('connection', (socket, request) => aedes.handle(createWebSocketStream(socket), request))
http.listen(Number(websocketPort), '127.0.0.1')
createServer(aedes.handle).listen(Number(port), '127.0.0.1')
