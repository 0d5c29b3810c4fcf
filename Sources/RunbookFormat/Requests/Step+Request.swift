import Essentials

extension Step {
    /// Its text is filled before it is carried out.
    var isTemplate: Bool { kind == .http || kind == .runbook }

    /// The values that its text names, where it is filled before it is carried out.
    var templateValues: [Condition.Value] { kind == .http ? request?.values ?? [] : call?.values ?? [] }

    /// Its request, with words in the place of gaps; nil where it has none that can be read.
    private var request: RequestTemplate? { try? RequestTemplate(parsing: scriptForChecking) }

    /// A request that changes nothing where it is sent, so that it may be sent again.
    package var isSafeRequest: Bool { kind == .http && request?.isSafe == true }

    /// What is expected of the answer and how often it is asked for, as a sentence; nil for what is no request.
    package var expectationSentence: String? {
        guard let expectations = settings.expectations else { return nil }
        var sentence = "Expects \(expectations.sentence)."
        sentence += " No longer than \(DurationText.format(timeout ?? Self.requestTimeout))"
        if settings.retries > 0 {
            sentence += settings.retries == 1 ? ", and once more" : ", and up to \(settings.retries) times more"
            if let interval = settings.interval { sentence += ", \(DurationText.format(interval)) apart" }
        }
        return sentence + "."
    }

    /// Of a request that says nothing about it.
    package static let requestTimeout = Duration.seconds(30)
}
