import Essentials

/// What a guide watches, and whom it tells.
extension FrontMatterSchema {
    static let tags: JSONValue = [
        "description": "Tags of every step, by which a run can choose: a word, words separated by commas, or a list.",
        "anyOf": [
            ["$ref": "#/$defs/scalar"], ["type": "array", "items": ["$ref": "#/$defs/scalar"]], ["type": "null"],
        ],
    ]

    static let duration: JSONValue = [
        "type": "string",
        "pattern": "^(?=.)([0-9]{1,12}d)?([0-9]{1,12}h)?([0-9]{1,12}m)?([0-9]{1,12}s)?([0-9]{1,12}ms)?$",
        "examples": ["30s", "5m", "1h30m"],
    ]

    private static let guardText: JSONValue = ["type": ["string", "null"], "minLength": 1, "maxLength": 2000]
    private static let optionalDuration: JSONValue = ["anyOf": [["$ref": "#/$defs/duration"], ["type": "null"]]]
    private static let optionalNumber: JSONValue = ["type": ["number", "null"]]
    private static let nothing: JSONValue = ["type": "null"]

    static let watched: JSONValue = [
        "type": "object", "additionalProperties": false,
        "properties": [
            "name": guardText, "http": guardText, "query": guardText,
            "interval": optionalDuration, "for": optionalDuration,
            "failures": [
                "type": ["integer", "null"], "minimum": 1, "maximum": .integer(Int64(GuardDeclaration.mostFailures)),
            ],
            "p95": optionalDuration, "p99": optionalDuration, "above": optionalNumber, "below": optionalNumber,
        ],
        "oneOf": [
            [
                "required": ["http"],
                "properties": [
                    "http": ["type": "string", "pattern": "^https?://"], "query": nothing, "above": nothing,
                    "below": nothing,
                ],
            ],
            [
                "required": ["query"],
                "properties": [
                    "query": ["type": "string"], "http": nothing, "failures": nothing, "p95": nothing, "p99": nothing,
                ],
                "anyOf": [
                    ["required": ["above"], "properties": ["above": ["type": "number"]]],
                    ["required": ["below"], "properties": ["below": ["type": "number"]]],
                ],
            ],
        ],
    ]

    private static let occasion: JSONValue = [
        "enum": .array(NotifyDeclaration.Occasion.allCases.map { .string($0.rawValue) })
    ]
    private static let destination: JSONValue = ["type": "string", "minLength": 1, "maxLength": 100]

    static let notified: JSONValue = [
        "anyOf": [
            destination,
            [
                "type": "object", "required": ["to"], "additionalProperties": false,
                "properties": [
                    "to": destination,
                    "on": ["anyOf": [occasion, ["type": "array", "items": occasion], ["type": "null"]]],
                ],
            ],
        ]
    ]
}
