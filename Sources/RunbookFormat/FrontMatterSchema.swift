package import Essentials

/// The JSON Schema (draft 2020-12) of a guide's front matter, for editors that complete and check what one types.
///
/// It takes what `MetadataReader` takes without an error. A key that Runbook does not know is kept and no fault here;
/// whether a pattern can be compiled, and a default fits its parameter, only reading the guide tells.
package enum FrontMatterSchema {
    package static let document: JSONValue = [
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Front matter of a runbook",
        "description": "What stands between two lines of --- at the very start of a guide.",
        "type": ["object", "null"],
        "properties": .object(properties),
        "$defs": [
            "scalar": ["type": ["string", "number", "boolean"]],
            "variable": [
                "description": "An environment variable: letters, digits and _.", "type": "string",
                "pattern": "^(?!RUNBOOK_)[A-Za-z_][A-Za-z0-9_]*$",
            ],
            "parameterName": parameterName,
            "parameter": ["anyOf": [["$ref": "#/$defs/declaration"], ["$ref": "#/$defs/scalar"], ["type": "null"]]],
            "declaration": declaration,
            "labels": [
                "type": "object", "minProperties": 1, "maxProperties": 20,
                "propertyNames": ["pattern": "^[A-Za-z_][A-Za-z0-9_]*$"],
                "additionalProperties": ["$ref": "#/$defs/scalar"],
            ],
            "alertRule": alertRule,
            "schedule": schedule, "duration": duration, "guard": watched, "notified": notified,
            "concurrencyLimit": [
                "type": "integer", "minimum": 1, "maximum": .integer(Int64(ConcurrencyRule.most)),
            ],
        ],
        "if": [
            "required": ["concurrency"],
            "properties": [
                "concurrency": [
                    "anyOf": [
                        ["const": "service"],
                        ["type": "object", "required": ["of"], "properties": ["of": ["const": "service"]]],
                    ]
                ]
            ],
        ],
        "then": ["required": ["service"], "properties": ["service": ["not": ["type": "null"]]]],
    ]

    private static let properties: [String: JSONValue] = [
        "title": text("What the guide is called; without it, its first heading is."),
        "service": text("The service that it is for."),
        "owner": text("Who keeps it up to date."),
        "rollback": text("The runbook that takes back what this one does."),
        "kind": words(Metadata.Kind.self, "What it is for."),
        "priority": words(Metadata.Priority.self, "Whose workers a run takes: each priority has its own."),
        "on-restart": words(
            Metadata.OnRestart.self, "What becomes of a run whose step's outcome a restart of the server left unknown."),
        "timeout": [
            "description": "The longest that a whole run may take, such as 30s, 5m or 1h30m.",
            "type": ["string", "null"],
            "pattern": "^(?=.)([0-9]{1,12}d)?([0-9]{1,12}h)?([0-9]{1,12}m)?([0-9]{1,12}s)?([0-9]{1,12}ms)?$",
            "examples": ["30s", "5m", "1h30m"],
        ],
        "requires": [
            "description": "Programs that must be on the path before the first step.",
            "anyOf": [
                ["type": "array", "items": ["type": "string", "pattern": .string(program)]], ["type": "string"],
                ["type": "null"],
            ],
        ],
        "stages": [
            "description":
                "The sections that are the stages of a deployment, by what stands after # in their addresses.",
            "anyOf": [["type": "array", "items": ["type": "string"]], ["type": "string"], ["type": "null"]],
        ],
        "env": [
            "description": "Variables that every step sees.", "type": ["object", "null"],
            "propertyNames": ["$ref": "#/$defs/variable"],
            "additionalProperties": ["anyOf": [["$ref": "#/$defs/scalar"], ["type": "null"]]],
        ],
        "secrets": [
            "description": "Secrets of the server that steps see as variables: names, never values.",
            "anyOf": [
                ["type": "array", "items": ["$ref": "#/$defs/variable"]],
                [
                    "type": "object", "propertyNames": ["$ref": "#/$defs/variable"],
                    "additionalProperties": ["$ref": "#/$defs/scalar"],
                ],
                ["type": "null"],
            ],
        ],
        "alerts": [
            "description": "Incoming alerts that this runbook fits.",
            "anyOf": [
                ["type": "array", "items": ["$ref": "#/$defs/alertRule"]], ["$ref": "#/$defs/alertRule"],
                ["type": "null"],
            ],
        ],
        "parameters": [
            "description": "What a run is given, as environment variables.",
            "anyOf": [
                [
                    "type": "object", "maxProperties": 500, "propertyNames": ["$ref": "#/$defs/parameterName"],
                    "additionalProperties": ["$ref": "#/$defs/parameter"],
                ],
                [
                    "type": "array", "maxItems": 500,
                    "items": ["allOf": [["$ref": "#/$defs/declaration"], ["required": ["name"]]]],
                ],
                ["type": "null"],
            ],
        ],
        "concurrency": [
            "description": "How many runs there may be at a time, and of what; others wait in the queue.",
            "anyOf": [
                ["$ref": "#/$defs/concurrencyLimit"], optional(ConcurrencyRule.Subject.self),
                [
                    "type": "object", "additionalProperties": false,
                    "properties": [
                        "limit": ["anyOf": [["$ref": "#/$defs/concurrencyLimit"], ["type": "null"]]],
                        "of": optional(ConcurrencyRule.Subject.self),
                    ],
                ],
            ],
        ],
        "schedule": [
            "description": "When it runs by itself, or its boxes become a checklist.",
            "anyOf": [
                ["$ref": "#/$defs/schedule"],
                [
                    "type": "array", "maxItems": .integer(Int64(ScheduleDeclaration.atMost)),
                    "items": ["$ref": "#/$defs/schedule"],
                ],
                ["type": "null"],
            ],
        ],
        "tag": tags, "category": tags,
        "guards": [
            "description": "What is watched while a stage of a deployment is live.",
            "anyOf": [
                ["$ref": "#/$defs/guard"],
                [
                    "type": "array", "maxItems": .integer(Int64(GuardDeclaration.atMost)),
                    "items": ["$ref": "#/$defs/guard"],
                ],
                ["type": "null"],
            ],
        ],
        "notify": [
            "description": "Who is told of its runs, by the names of the server's destinations.",
            "anyOf": [
                ["$ref": "#/$defs/notified"],
                [
                    "type": "array", "maxItems": .integer(Int64(NotifyDeclaration.atMost)),
                    "items": ["$ref": "#/$defs/notified"],
                ],
                ["type": "null"],
            ],
        ],
    ]

    private static let program = "^[^\\s/\\-][^\\s/]*$"

    private static let parameterName: JSONValue = [
        "description": "A letter, then letters, digits and _; no name that steers a shell, a loader or an interpreter.",
        "type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]{0,127}$",
        "not": [
            "anyOf": [
                ["enum": .array(ReservedNames.exact.sorted().map { .string($0) })],
                ["pattern": .string("^(\(ReservedNames.prefixes.joined(separator: "|")))")],
                ["pattern": "_[Pp][Rr][Oo][Xx][Yy]$"],
            ]
        ],
    ]

    private static let declaration: JSONValue = [
        "type": "object", "additionalProperties": false,
        "properties": [
            "name": ["$ref": "#/$defs/parameterName"],
            "type": [
                "description": "What values it takes.",
                "enum": .array(
                    (Parameter.Kind.allCases.map(\.rawValue) + ParameterReader.spellings.keys.sorted()).map {
                        .string($0)
                    }
                ),
            ],
            "description": ["anyOf": [["$ref": "#/$defs/scalar"], ["type": "null"]]],
            "default": ["anyOf": [["$ref": "#/$defs/scalar"], ["type": "null"]]],
            "choices": [
                "description": "The only values.", "type": "array", "minItems": 1, "items": ["$ref": "#/$defs/scalar"],
            ],
            "pattern": ["description": "What the whole value must match.", "$ref": "#/$defs/scalar"],
            "min": ["description": "The least value; of a text the least number of characters.", "type": "number"],
            "max": [
                "description": "The greatest value; of a text the greatest number of characters.", "type": "number",
            ],
            "required": ["type": "boolean"],
            "sensitive": ["description": "Masked in output and on the record.", "type": "boolean"],
        ],
        "if": ["required": ["type"], "properties": ["type": ["enum": ["choice", "enum"]]]],
        "then": ["required": ["choices"]],
    ]

    private static let alertRule: JSONValue = [
        "anyOf": [
            [
                "description": "As Alertmanager writes matchers: alertname=~\"High.*\".", "type": "string",
                "minLength": 1,
            ],
            [
                "type": "object", "required": ["match"],
                "properties": [
                    "match": ["anyOf": [["$ref": "#/$defs/labels"], ["type": "string", "minLength": 1]]],
                    "severity": ["enum": ["sev1", "sev2", "sev3", "sev4"]],
                ],
            ],
            ["$ref": "#/$defs/labels", "not": ["required": ["match"]]],
        ]
    ]

    /// Whether an expression ever comes, and whether there is such a time zone, only reading the guide tells.
    private static let schedule: JSONValue = [
        "anyOf": [
            [
                "description": "Five fields as crontab has them, and the time zone: 0 2 * * * Europe/Istanbul.",
                "type": "string", "minLength": 1,
            ],
            [
                "type": "object", "required": ["cron"], "additionalProperties": false,
                "properties": [
                    "cron": ["type": "string", "minLength": 1, "maxLength": 200],
                    "timezone": ["type": ["string", "null"], "minLength": 1, "maxLength": 64],
                    "section": ["anyOf": [["$ref": "#/$defs/scalar"], ["type": "null"]]],
                    "starts": optional(ScheduleDeclaration.Start.self),
                    "missed": optional(ScheduleDeclaration.Missed.self),
                    "overlap": optional(ScheduleDeclaration.Overlap.self),
                    "parameters": [
                        "type": ["object", "null"], "additionalProperties": ["$ref": "#/$defs/scalar"],
                    ],
                ],
            ],
        ]
    ]

    private static func optional<Word: RawRepresentable & CaseIterable>(_: Word.Type) -> JSONValue
    where Word.RawValue == String {
        ["enum": .array(Word.allCases.map { .string($0.rawValue) } + [.null])]
    }

    private static func text(_ description: String) -> JSONValue {
        [
            "description": .string(description), "anyOf": [["$ref": "#/$defs/scalar"], ["type": "null"]],
            "maxLength": 1000,
        ]
    }

    private static func words<Word: RawRepresentable & CaseIterable>(_: Word.Type, _ description: String) -> JSONValue
    where Word.RawValue == String {
        [
            "description": .string(description),
            "enum": .array(Word.allCases.map { .string($0.rawValue) } + [.null]),
        ]
    }
}
