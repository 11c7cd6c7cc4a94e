import { FollowerView } from './follower-view'
import { Playground } from './playground'
import { useRoute } from './use-route'

/** The whole page. Its shell is React; what is in a pane is rendered by whichever framework was chosen. */
export function App() {
  const [route, navigation] = useRoute()
  return route.isLone ? (
    <FollowerView route={route} navigation={navigation} />
  ) : (
    <Playground route={route} navigation={navigation} />
  )
}
