import CLibc

/// What the user and group databases say: getpwuid_r(3), getgrgid_r(3).
package enum UserDatabase {
  struct User {
    let name: String
    let home: String
  }

  static func user(_ id: uid_t) -> User? {
    look { (entry: inout passwd, found: inout UnsafeMutablePointer<passwd>?, buffer, size) in
      getpwuid_r(id, &entry, buffer, size, &found)
    } reading: {
      User(name: text($0.pw_name), home: text($0.pw_dir))
    }
  }

  /// Whether a group is the private one of a user: it has the user's name, and no other member. Those who create users
  /// so set a umask that lets the group write (`USERGROUPS_ENAB` of login.defs(5)).
  package static func isPrivate(_ group: gid_t, of id: uid_t) -> Bool {
    guard let user = user(id) else { return false }
    return look { (entry: inout CLibc.group, found: inout UnsafeMutablePointer<CLibc.group>?, buffer, size) in
      getgrgid_r(group, &entry, buffer, size, &found)
    } reading: { entry in
      guard text(entry.gr_name) == user.name else { return false }
      var member = entry.gr_mem
      while let name = member?.pointee {
        guard text(name) == user.name else { return false }
        member = member?.successor()
      }
      return true
    } ?? false
  }

  private static func text(_ field: UnsafeMutablePointer<CChar>?) -> String { field.map { String(cString: $0) } ?? "" }

  /// Looks an entry up with as large a buffer as it takes, 1 MiB at most; nil if there is none.
  private static func look<Entry: BitwiseCopyable, Result>(
    _ find: (inout Entry, inout UnsafeMutablePointer<Entry>?, UnsafeMutablePointer<CChar>, Int) -> Int32,
    reading read: (Entry) -> Result
  ) -> Result? {
    var size = 1 << 10
    while size <= 1 << 20 {
      let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: size)
      defer { buffer.deallocate() }
      let entry = UnsafeMutablePointer<Entry>.allocate(capacity: 1)
      defer { entry.deallocate() }
      var found: UnsafeMutablePointer<Entry>?
      let error = find(&entry.pointee, &found, buffer, size)
      if error == 0 { return found.map { read($0.pointee) } }
      guard error == ERANGE || error == EINTR else { return nil }
      if error == ERANGE { size *= 4 }
    }
    return nil
  }
}
