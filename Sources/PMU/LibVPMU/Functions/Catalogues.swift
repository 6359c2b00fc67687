import CLibVPMU

@c @implementation
public func vpmu_catalogue_new(
  _ search: UnsafePointer<vpmu_search_options>!, _ catalogue: UnsafeMutablePointer<OpaquePointer?>!,
  _ error: UnsafeMutablePointer<vpmu_error>!
) -> Int32 {
  result(error) { () throws(Failure) in
    guard let catalogue else { throw .argument("catalogue is NULL") }
    catalogue.pointee = nil
    var options = vpmu_search_options()
    if let search {
      guard let read = Boundary.read(search, zero: options) else {
        throw .argument("struct_size of vpmu_search_options is not its size: use VPMU_INIT")
      }
      options = read
    }
    catalogue.pointee = Handle.make(try Catalogue(options))
    return 0
  }
}

@c @implementation
public func vpmu_catalogue_free(_ catalogue: OpaquePointer!) { Handle.free(catalogue, Catalogue.self) }

@c @implementation
public func vpmu_catalogue_count(_ catalogue: OpaquePointer!) -> Int32 {
  result(nil) { () throws(Failure) in
    Int32(truncatingIfNeeded: try Handle.object(catalogue, Catalogue.self).models.count)
  }
}

@c @implementation
public func vpmu_catalogue_model(
  _ catalogue: OpaquePointer!, _ index: UInt32, _ info: UnsafeMutablePointer<vpmu_model_info>!
) -> Int32 {
  result(nil) { () throws(Failure) in
    try give(info, try Handle.object(catalogue, Catalogue.self).model(index).info)
  }
}

@c @implementation
public func vpmu_catalogue_refusal(_ catalogue: OpaquePointer!, _ index: UInt32) -> UnsafePointer<CChar>! {
  guard let catalogue = try? Handle.object(catalogue, Catalogue.self), index < catalogue.refusals.count else {
    return nil
  }
  return catalogue.refusals[Int(index)].pointer
}

@c @implementation
public func vpmu_catalogue_preset(
  _ catalogue: OpaquePointer!, _ model: UInt32, _ index: UInt32, _ info: UnsafeMutablePointer<vpmu_preset_info>!
) -> Int32 {
  result(nil) { () throws(Failure) in
    let presets = try Handle.object(catalogue, Catalogue.self).model(model).presets
    guard index < presets.count else { throw .argument("the model has no preset of that index") }
    return try give(info, presets[Int(index)])
  }
}

@c @implementation
public func vpmu_catalogue_event(
  _ catalogue: OpaquePointer!, _ model: UInt32, _ index: UInt32, _ info: UnsafeMutablePointer<vpmu_event_info>!
) -> Int32 {
  result(nil) { () throws(Failure) in
    let events = try Handle.object(catalogue, Catalogue.self).model(model).events
    guard index < events.count else { throw .argument("the model has no event of that index") }
    return try give(info, events[Int(index)])
  }
}

extension Catalogue {
  fileprivate func model(_ index: UInt32) throws(Failure) -> Model {
    guard index < models.count else { throw .argument("there is no model of that index") }
    return models[Int(index)]
  }
}

/// Stores an info struct for the caller.
func give<Info: BitwiseCopyable>(_ target: UnsafeMutablePointer<Info>?, _ info: Info) throws(Failure) -> Int32 {
  guard let target, Boundary.write(info, to: target) else {
    throw .argument("the struct is NULL, or its struct_size is not its size: use VPMU_INIT")
  }
  return 0
}
