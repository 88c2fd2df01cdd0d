// Nest is ESM: load it before a CommonJS plugin requires it, else Jest reports a require() cycle.
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
