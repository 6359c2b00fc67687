import Glibc
import Testing
import VPMUCore

import PerfEventHost

@Test(
  "an errno becomes the reason that the embedder sees",
  arguments: [
    (EACCES, HostRefusal.accessDenied), (EPERM, .accessDenied), (EMFILE, .outOfDescriptors),
    (ENFILE, .outOfDescriptors), (ENOENT, .noSuchEvent), (ENXIO, .noSuchEvent), (ENODEV, .noSuchEvent),
    (EBUSY, .busy), (EOPNOTSUPP, .notSupported), (EINVAL, .invalidEvent), (E2BIG, .system(errno: E2BIG)),
  ])
func refusal(errno: Int32, expected: HostRefusal) {
  #expect(HostRefusal(errno: errno) == expected)
}
