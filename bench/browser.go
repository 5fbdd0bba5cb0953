package main

func measureBrowser(folder string) ([]figure, error) { return nil, nil }
