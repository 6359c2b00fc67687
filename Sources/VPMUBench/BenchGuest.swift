import VPMUModel

/// The CPU that the guest runs on: a model with one of its presets.
public struct BenchGuest<Model: PMUModel>: Sendable {
  public var model: Model
  public var preset: ModelPreset

  public init(_ model: Model, preset: ModelPreset) {
    self.model = model
    self.preset = preset
  }
}
