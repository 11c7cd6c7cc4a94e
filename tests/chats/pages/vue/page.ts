import { createApp } from 'vue'
import { loadChat } from '../load-chat'
import Chat from './chat.vue'

const app = createApp(Chat, { options: await loadChat(), onLeave: () => app.unmount() })
app.mount('body > div')
