import { describeChats } from './describe-chats'

describeChats('vue')
