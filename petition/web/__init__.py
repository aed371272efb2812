"""DOOR: visitors. One file per journey: translate, call one deed, answer."""
