package main

// openAsIs is nothing on Windows, where functions do not run and nothing is measured.
const openAsIs = 0
