{
	"patcher": {
		"fileversion": 1,
		"appversion": {
			"major": 9,
			"minor": 0,
			"revision": 0,
			"architecture": "x64",
			"modernui": 1
		},
		"classnamespace": "box",
		"rect": [
			60.0,
			100.0,
			620.0,
			300.0
		],
		"bglocked": 0,
		"openinpresentation": 0,
		"default_fontsize": 12.0,
		"default_fontface": 0,
		"default_fontname": "Arial",
		"gridonopen": 1,
		"gridsize": [
			15.0,
			15.0
		],
		"boxes": [
			{
				"box": {
					"id": "obj-1",
					"maxclass": "comment",
					"numinlets": 1,
					"numoutlets": 0,
					"patching_rect": [
						20.0,
						20.0,
						812.1,
						22.0
					],
					"text": "One attribute of a session object bound to a number: [oscine.attr ATTRIBUTE]. In: a number, a list or a word; bang asks for it;"
				}
			},
			{
				"box": {
					"id": "obj-2",
					"maxclass": "comment",
					"numinlets": 1,
					"numoutlets": 0,
					"patching_rect": [
						20.0,
						42.0,
						768.0,
						22.0
					],
					"text": "and what the state outlet of the session object says. Left: set and get, for the inlet of that object. Right: its value."
				}
			},
			{
				"box": {
					"id": "obj-3",
					"maxclass": "inlet",
					"numinlets": 0,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						20.0,
						78.0,
						30.0,
						30.0
					],
					"index": 1,
					"comment": "number; bang; from the state outlet"
				}
			},
			{
				"box": {
					"id": "obj-4",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"patching_rect": [
						20.0,
						122.0,
						152.0,
						22.0
					],
					"text": "v8 oscine-attr.js #1"
				}
			},
			{
				"box": {
					"id": "obj-5",
					"maxclass": "outlet",
					"numinlets": 1,
					"numoutlets": 0,
					"patching_rect": [
						20.0,
						158.0,
						30.0,
						30.0
					],
					"index": 1,
					"comment": "to the session object"
				}
			},
			{
				"box": {
					"id": "obj-6",
					"maxclass": "outlet",
					"numinlets": 1,
					"numoutlets": 0,
					"patching_rect": [
						70.0,
						158.0,
						30.0,
						30.0
					],
					"index": 2,
					"comment": "value"
				}
			}
		],
		"lines": [
			{
				"patchline": {
					"destination": [
						"obj-4",
						0
					],
					"source": [
						"obj-3",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-5",
						0
					],
					"source": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"destination": [
						"obj-6",
						0
					],
					"source": [
						"obj-4",
						1
					]
				}
			}
		],
		"dependency_cache": [],
		"autosave": 0
	}
}
