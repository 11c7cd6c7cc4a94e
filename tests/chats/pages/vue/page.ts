import { createApp } from 'vue'
import { loadChat } from '../chat'
import Chat from './chat.vue'

const app = createApp(Chat, { options: await loadChat(), onLeave: () => app.unmount() })
app.mount('main')
