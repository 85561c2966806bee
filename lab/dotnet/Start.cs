using System;
using System.IO;
using System.Linq;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Lab
{
    /// <summary>Compiles the driver with Roslyn and runs it: the folder of its sources, then its own arguments. mcs compiles this file, and only this one: it cannot read what has to do with spans.</summary>
    public static class Start
    {
        public static int Main(string[] arguments)
        {
            var trees = Directory.GetFiles(arguments[0], "*.cs").Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), null, file));
            var compilation = CSharpCompilation.Create("Driver", trees, References(), new CSharpCompilationOptions(OutputKind.ConsoleApplication));
            var output = new MemoryStream();
            string[] errors = compilation.Emit(output).Diagnostics.Where(each => each.Severity == DiagnosticSeverity.Error).Select(each => each.ToString()).ToArray();
            if (errors.Length > 0) throw new InvalidOperationException(errors[0]);
            return (int)Assembly.Load(output.ToArray()).EntryPoint.Invoke(null, new object[] { arguments.Skip(1).ToArray() });
        }

        /// <summary>The libraries of the runtime, of ASP.NET Core and of Roslyn.</summary>
        public static MetadataReference[] References()
        {
            return Directory.GetFiles(AppContext.BaseDirectory, "*.dll").Select(file => (MetadataReference)MetadataReference.CreateFromFile(file)).ToArray();
        }
    }
}
