import CLibc
import VPMUCore

extension HostRefusal {
  /// What an errno of perf_event_open(2), of its ioctls or of its descriptor's fcntl(2) means.
  package init(errno error: Int32) {
    self =
      switch error {
      case EACCES, EPERM: .accessDenied
      case EMFILE, ENFILE: .outOfDescriptors
      case ENOENT, ENXIO, ENODEV: .noSuchEvent
      case EBUSY: .busy
      case EOPNOTSUPP: .notSupported
      case EINVAL: .invalidEvent
      default: .system(errno: error)
      }
  }
}
