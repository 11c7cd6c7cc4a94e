export {
  type AppStateLike,
  type NetInfoLike,
  type ReactNativeOptions,
  reactNativeEnvironment,
} from './react-native-environment'
